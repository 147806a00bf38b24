import { loadOptional } from '../../../shared/optional-package';

const PACKAGE = { name: '@aws-sdk/client-sns', neededBy: 'GUARD_SNS_TOPIC_ARN' };
const missing = (specifier: string, code = 'ERR_MODULE_NOT_FOUND'): Error =>
  Object.assign(new Error(`Cannot find package '${specifier}' imported from /app/x.js`), { code });

describe('an optional package', () => {
  it('is loaded where it is installed', async () => {
    await expect(loadOptional(PACKAGE, () => Promise.resolve({ loaded: true }))).resolves.toEqual({ loaded: true });
  });

  it.each(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'])(
    'is named with the command that installs it when it is missing (%s)',
    async (code) => {
      const cause = missing(PACKAGE.name, code);
      await expect(loadOptional(PACKAGE, () => Promise.reject(cause))).rejects.toMatchObject({
        message: 'GUARD_SNS_TOPIC_ARN needs the package @aws-sdk/client-sns; run "npm install @aws-sdk/client-sns"',
        code: 'package_missing',
        cause,
      });
    },
  );

  it('is a development dependency where only development needs it', async () => {
    await expect(
      loadOptional({ ...PACKAGE, development: true }, () => Promise.reject(missing(PACKAGE.name))),
    ).rejects.toThrow('run "npm install --save-dev @aws-sdk/client-sns"');
  });

  it.each([
    ['a package that it needs itself', missing('@smithy/core')],
    ['a fault of its own', new TypeError("the module '@aws-sdk/client-sns' is broken")],
  ])('passes on %s', async (_what, error) => {
    await expect(loadOptional(PACKAGE, () => Promise.reject(error))).rejects.toBe(error);
  });
});
