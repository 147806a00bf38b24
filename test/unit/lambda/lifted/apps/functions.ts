import { lift } from '../../../../../lambda/lifted';

// Each runs in a process of its own.
export const listens = lift('listens.cjs');
export const imported = lift('imported.mjs');
export const exported = lift('exported.cjs', { export: 'default' });
export const made = lift('exported.cjs', { export: 'createApp' });
export const none = lift('exported.cjs', { export: 'settings' });
export const exportsOnly = lift('exported.cjs');
export const loadsLong = lift('loads-long.cjs');
export const failsFirst = lift('fails-first.cjs');
export const background = lift('background.cjs');
export const backgroundListed = lift('background.cjs', {
  background: { 'background.cjs': 'stopped', 'jobs/clean-up.cjs': 'wanted' },
});
export const pools = lift('pools.cjs');
export const poolsImported = lift('pools.mjs', { maxPoolSize: 3 });
