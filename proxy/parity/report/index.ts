/** Reports of a parity run, each a pure function of its result. */
export { toHtml } from './html/to-html';
export { toJson } from './json';
export { toJUnit } from './junit';
export { createProgress, wantsColor, type Progress } from './progress';
export { describeRun } from './terminal';
