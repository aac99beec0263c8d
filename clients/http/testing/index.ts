export { type Exchange, type Recorder, type Replay, recordExchanges, replayExchanges } from './exchanges.ts';
export { type SocksServer, startSocks } from './socks.ts';
