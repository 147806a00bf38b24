import { REQUEST_LIMITS, urlCharacters, type EndpointType } from '../../shared/api-gateway/limits';
import { CONNECTION_HEADER } from '../http1/request-head';

/** How large a request to one deployed API may be, as this proxy sends it. */
export interface GatewayRoom {
  /** Of the request target: stage, path and query. */
  readonly targetCharacters: number;
  /** Of the headers, `Host` included, `Connection` excluded. */
  readonly headerBytes: number;
  /** Of `METHOD/path`, without the stage: the part of the method ARN that a client chooses. */
  readonly methodPathBytes: number;
}

/** The largest that names of AWS allow, where a custom domain says nothing about the API behind it. */
const LONGEST = { partition: 'aws-us-gov', region: 'ap-southeast-1', api: 'x'.repeat(10), stage: 'x'.repeat(128) };
/** `{api}.execute-api.{region}...` or, through a VPC endpoint without private DNS, `{api}-{vpce}.execute-api...`. */
const EXECUTE_API = /^([a-z0-9]{10})(?:-vpce-[a-z0-9]+)?\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/;

/** What is left for requests to this API, less the bytes of headers that the proxy adds to each; decided once, at start. */
export function gatewayRoom(url: URL, endpointType: EndpointType, addedBytes = 0): GatewayRoom {
  const limits = REQUEST_LIMITS[endpointType];
  return {
    targetCharacters: limits.urlCharacters - urlCharacters(url.host, ''),
    headerBytes: limits.headerBytes - limits.addedHeaderBytes - CONNECTION_HEADER.length - addedBytes,
    methodPathBytes: limits.methodArnBytes - methodArnPrefix(url).length,
  };
}

/** The method ARN up to the method; as long as it can be where the URL does not say. */
function methodArnPrefix(url: URL): string {
  const [, api, region] = EXECUTE_API.exec(url.hostname) ?? [];
  const [, stage] = /^\/([^/]+)/.exec(url.pathname) ?? [];
  const account = '0'.repeat(12);
  if (api === undefined || region === undefined || stage === undefined)
    return `arn:${LONGEST.partition}:execute-api:${LONGEST.region}:${account}:${LONGEST.api}/${LONGEST.stage}/`;
  const partition = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
  return `arn:${partition}:execute-api:${region}:${account}:${api}/${stage}/`;
}
