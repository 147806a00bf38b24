import { createRequire } from 'node:module';

const load: (file: string) => unknown = createRequire(__filename);
const { zipSizeFault } = load('../../../../lambda/deployment/zip-size.js') as {
  zipSizeFault: (name: string, handler: string, sizes: ReadonlyMap<string, number>) => string | undefined;
};

const MB = 1024 * 1024;

describe('the size of a lifted function', () => {
  it('fits up to 250 MB', () => {
    expect(zipSizeFault('lifted', 'lifted.handler', new Map([['a', 250 * MB]]))).toBeUndefined();
  });

  it('above, it names the largest folders and says how to use a container image', () => {
    const sizes = new Map([
      ['banyan/functions/lifted.js', MB],
      ['node_modules/@big/one/a.js', 200 * MB],
      ['node_modules/@big/one/b.js', 10 * MB],
      ['node_modules/two/index.js', 50 * MB],
      ['views/home.ejs', 2 * MB],
    ]);
    const fault = zipSizeFault('lifted', 'banyan/functions/lifted.handler', sizes);
    expect(fault).toMatch(/^lifted: the app and its packages have 263 MB, and Lambda takes 250 MB in a zip\./);
    expect(fault).toContain('The largest: node_modules/@big/one 210 MB, node_modules/two 50 MB, views 2 MB.');
    expect(fault).toContain('image: { name: lifted, command: [banyan/functions/lifted.handler] }');
    expect(fault).toContain('FROM public.ecr.aws/lambda/nodejs:24');
  });
});
