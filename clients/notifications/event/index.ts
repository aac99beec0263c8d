export {
  type Event,
  eventAsJson,
  InvalidEvent,
  type ObjectReference,
  parseEvent,
  type Severity,
} from './event.ts';
