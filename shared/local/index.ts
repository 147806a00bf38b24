/** AWS and MongoDB on one machine, part by part. For development and tests. */
export { readEventSourcesFile, startGateway, type RunningGateway } from './gateway';
export { startInvokeApi, type InvokeApi } from './invoke/invoke-api';
export { startMongo, type LocalMongo } from './mongo';
export { startConsumer } from './sqs/consumer';
export { startSqs, type LocalSqs } from './sqs/queues';
