export { Bodies, type Body, bodyLimit } from './bodies.ts';
export { httpMetrics, type Measure } from './http-metrics.ts';
export { type Answer, type Handling, type Patience, serveHttp, usualPatience } from './server.ts';
