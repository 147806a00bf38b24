import { freePorts } from '../../support/free-ports';

/** Variables by which everything that `npm start` runs listens on free ports. */
export const FREE_PORTS = freePorts('SQS_PORT', 'S3_PORT', 'DYNAMODB_PORT');
