import { MAX_TRUSTED_HOPS } from '../../../shared/config/define-config';
import { BanyanError } from '../../../shared/errors';
import type { CliIo } from '../cli-io';

/** Questions, to which the answer is the default where no one is asked. */
export interface Questions {
  hops(suggested: number, why: string): Promise<number>;
  confirm(question: string, fallback: 'yes' | 'no'): Promise<boolean>;
}

/** @throws BanyanError `usage` where there is no terminal and `--yes` is not given */
export function questionsTo({ ask }: Pick<CliIo, 'ask'>, { yes }: { readonly yes?: true }): Questions {
  if (yes === true)
    return {
      hops: (suggested) => Promise.resolve(suggested),
      confirm: (_text, fallback) => Promise.resolve(fallback === 'yes'),
    };
  if (ask === undefined)
    throw new BanyanError(
      'init asks questions, and there is no terminal: give --yes to accept its suggestions, and --trusted-hops for the proxies in front of the app',
      { code: 'usage' },
    );
  return {
    async hops(suggested, why) {
      const question = `\nHow many load balancers, CDNs or other proxies are in front of the app today? If you say 0 and there is one for TLS, no one can log in.\n${why} [${suggested}] `;
      for (;;) {
        const text = (await ask(question)).trim();
        const hops = text === '' ? suggested : Number(text);
        if (Number.isInteger(hops) && hops >= 0 && hops <= MAX_TRUSTED_HOPS) return hops;
      }
    },
    async confirm(question, fallback) {
      const text = (await ask(`${question} [${fallback === 'yes' ? 'Y/n' : 'y/N'}] `)).trim();
      return /^y(es)?$/i.test(text === '' ? fallback : text);
    },
  };
}
