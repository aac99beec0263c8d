/** One container of one Pod, whose log is read. */
export interface LogSource {
  /** `pod/container`. */
  key: string;
  pod: string;
  container: string;
  state: 'reading' | 'waiting' | 'ended' | 'refused' | 'lost';
  /** Why; empty where it is read. */
  message: string;
}

/** What a log has said: when, as the node wrote it, and what. */
export type LogLine = [time: string, text: string];

/** Lines of one source, in order. */
export interface LogLines {
  source: string;
  lines: LogLine[];
}

/** How much is told of a log at first, in lines. */
export const tail = 500;
