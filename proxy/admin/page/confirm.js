/** @import { Acknowledged } from '../acknowledge' */
/** @import { Page, Route, State } from './types' */
import { ask, withToken } from './api.js';
import { byId } from './dom.js';

/** What the history has for a brake that was pulled without one: then a reason is the last thing to think of. */
const NO_REASON = 'no reason given';

/**
 * Asks for a reason, which only a change that can wait needs, and for a token if there is none, before anything is changed.
 *
 * @param {{ title: string, text: string, action: string, isDangerous: boolean, path: string, body: object }} change
 * @param {Page} page
 */
function confirmChange({ title, text, action, isDangerous, path, body }, page) {
  const dialog = byId('confirm', HTMLDialogElement);
  const [go, reason, tokenBox] = [
    byId('go', HTMLButtonElement),
    byId('why', HTMLInputElement),
    byId('token', HTMLInputElement),
  ];
  byId('confirm-title').textContent = title;
  byId('confirm-text').textContent = text;
  go.textContent = action;
  go.className = isDangerous ? 'danger' : '';
  byId('confirm-fault').textContent = '';
  reason.value = '';
  byId('token-label').hidden = page.state?.token?.mayChange === true;
  const submit = async () => {
    const why = reason.value.trim() || (isDangerous ? NO_REASON : '');
    if (why === '') {
      byId('confirm-fault').textContent = 'Give a reason; it is recorded in the history.';
      reason.focus();
      return;
    }
    go.disabled = true;
    try {
      /** @type {Acknowledged} */
      const answer = await withToken(tokenBox.value.trim(), () => ask(path, { ...body, why }));
      tokenBox.value = '';
      await page.poll();
      if (answer.followed) dialog.close();
      else byId('confirm-fault').textContent = `Done, but not everywhere: ${answer.acknowledgement.join('; ')}`;
    } catch (error) {
      const { name, message } = /** @type {Error} */ (error);
      byId('confirm-fault').textContent =
        name === 'TimeoutError' ? 'No answer. Check whether it took effect before you retry.' : message;
    } finally {
      go.disabled = false;
    }
  };
  byId('confirm-form', HTMLFormElement).onsubmit = (event) => {
    event.preventDefault();
    void submit();
  };
  dialog.showModal();
  reason.focus();
}

/** @type {(route: Route, page: Page) => void} */
export function rollBack({ id, stage }, page) {
  const isShadow = stage === 'shadow';
  confirmChange(
    {
      title: isShadow ? `Stop the copies of ${id}?` : `Roll back ${id}?`,
      text: isShadow
        ? 'Legacy already answers this route. Proxies send no more copies to Lambda until the route is resumed.'
        : 'Within a second, legacy answers this route on every proxy, until the route is resumed.',
      action: isShadow ? 'Stop copies' : 'Roll back',
      isDangerous: true,
      path: 'api/rollback',
      body: { route: id },
    },
    page,
  );
}

/** @type {(route: Route, page: Page) => void} */
export function resume({ id, stage, percent }, page) {
  confirmChange(
    {
      title: `Resume ${id}?`,
      text: `The route is on ${stage}${percent === null ? '' : ` ${percent} %`} again, as in the route table.`,
      action: 'Resume',
      isDangerous: false,
      path: 'api/resume',
      body: { route: id },
    },
    page,
  );
}

/** @type {(state: State, page: Page) => void} */
export function toggleKillSwitch({ killSwitch, routes }, page) {
  const isOn = killSwitch !== null;
  const moved = routes.filter(({ stage }) => ['canary', 'lambda'].includes(stage)).length;
  confirmChange(
    isOn
      ? {
          title: 'Kill switch off?',
          text: 'All routes return to their stages in the route table. Routes that are rolled back stay on legacy.',
          action: 'Kill switch off',
          isDangerous: false,
          path: 'api/kill-switch',
          body: { on: false },
        }
      : {
          title: 'All routes to legacy?',
          text: `Within a second, legacy answers the ${moved} routes on canary and lambda on every proxy. Retired routes stay on Lambda.`,
          action: 'Kill switch on',
          isDangerous: true,
          path: 'api/kill-switch',
          body: { on: true },
        },
    page,
  );
}
