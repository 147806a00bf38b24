/** AWS and MongoDB on one machine, part by part, with the caller's configuration alone. For development and tests. */
export { printable, withoutUrlSecrets } from '../printable';
export { describeListenError } from '../listen-error';
export { consoleLogger } from './console-logger';
export { readEventSourcesFile, startGateway, type RunningGateway } from './gateway';
export { setProcessEnvironment } from './gateway/process-environment';
export { startInvokeApi, type InvokeApi } from './invoke/invoke-api';
export { startMongo, type LocalMongo } from './mongo';
export { startConsumer, type QueueConsumer } from './sqs/consumer';
export { startSqs, type LocalSqs } from './sqs/queues';
