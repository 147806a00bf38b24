import { missingPeers, parseManifest, withDevDependencies } from '../../../../../proxy/cli/init/peers';

describe('devDependencies', () => {
  it('are added in order, in the indentation of the file, and nothing else changes', () => {
    const text = '{\n\t"version": "1",\n\t"devDependencies": {\n\t\t"jest": "1"\n\t},\n\t"name": "x"\n}\n';
    const added = withDevDependencies(text, new Map([['esbuild', '2']]));
    expect(added).toBe(text.replace('\t\t"jest"', '\t\t"esbuild": "2",\n\t\t"jest"'));
  });

  it('are those that are missing, the framework under the name of the one it continues', () => {
    const peers = missingPeers(parseManifest('{"dependencies": {"esbuild": "1"}, "devDependencies": {"fflate": "1"}}'));
    expect([...peers.keys()]).toEqual(['serverless', 'serverless-esbuild', 'banyan-embedded-mongo']);
    expect(peers.get('serverless')).toMatch(/^npm:osls@\^4/);
  });
});
