/** `PhotosDomain` as a variable: `PHOTOS_DOMAIN`. */
const variableOf = (output: string): string => output.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toUpperCase();

/** Outputs of each stack that a stage consists of; a stack may be missing. */
export interface StageOutputs {
  readonly network: ReadonlyMap<string, string>;
  readonly infra: ReadonlyMap<string, string>;
  readonly api: ReadonlyMap<string, string>;
  readonly proxy: ReadonlyMap<string, string>;
}

/** Every output as a variable, and the addresses that tests ask for: `API_URL`, `PROXY_URL`, `CDN_URL`. */
export function outputVariables({ network, infra, api, proxy }: StageOutputs): Readonly<Record<string, string>> {
  const all = [network, infra, api, proxy].flatMap((outputs) =>
    [...outputs].map(([name, value]) => [variableOf(name), value]),
  );
  const endpoint = api.get('ServiceEndpoint');
  const interfaceEndpoint = network.get('ExecuteApiEndpoint');
  const domain = infra.get('PhotosDomain');
  const proxyUrl = proxy.get('ProxyUrl');
  return {
    ...(Object.fromEntries(all) as Record<string, string>),
    ...(endpoint !== undefined && { API_URL: reachable(endpoint, interfaceEndpoint) }),
    ...(proxyUrl !== undefined && { PROXY_URL: proxyUrl }),
    ...(domain !== undefined && { CDN_URL: `https://${domain}` }),
  };
}

/** A private API without private DNS has the endpoint in its name: lambda/README.md, "Who reaches the gateway". */
function reachable(url: string, endpoint: string | undefined): string {
  return endpoint === undefined
    ? url
    : url.replace(/^https:\/\/(\w+)\.execute-api\./, `https://$1-${endpoint}.execute-api.`);
}

/** As an .env file, sorted. */
export function envFile(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}\n`)
    .join('');
}
