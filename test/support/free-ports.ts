/** The variables of the ports that `banyan dev` listens on. */
export const DEV_PORTS = ['PORT', 'ADMIN_PORT', 'LEGACY_PORT', 'GATEWAY_PORT', 'INVOKE_PORT', 'MONGO_PORT'];

/** Variables by which all of them are free ones, and those of a project's own services. */
export const freePorts = (...services: readonly string[]): Record<string, string> =>
  Object.fromEntries([...DEV_PORTS, ...services].map((name) => [name, '0']));
