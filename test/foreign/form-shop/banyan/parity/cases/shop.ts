import type { CaseSuite } from 'banyan-strangler/parity';

export const items: CaseSuite = {
  route: 'GET /items',
  cases: [
    { name: 'first page', request: { path: '/items' }, status: { ada: 200 } },
    { name: 'second page', request: { path: '/items?page=2' }, status: { ada: 200 } },
  ],
};

export const account: CaseSuite = {
  route: 'GET /account',
  cases: [{ name: 'the account', request: { path: '/account' }, status: { ada: 200 } }],
};

export const stock: CaseSuite = {
  route: 'GET /items/stock',
  cases: [{ name: 'all', request: { path: '/items/stock' }, status: { ada: 200 } }],
};
