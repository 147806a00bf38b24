/** Typed calls from functions outside the VPC to functions inside it. */
export { createVpcClient, type VpcClient } from './client';
export { classifyFault, type Fault } from './classify-fault';
export { defineVpcFunction, type VpcContext, type VpcFunctionDefinition, type VpcImplementation } from './define';
export * from './errors';
export * from './json';
export { nextPause, REAL_CLOCK, type RetryClock } from '../backoff';
