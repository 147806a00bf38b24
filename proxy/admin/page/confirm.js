import { ask, withToken } from './api.js';
import { byId } from './dom.js';

/** Asks for a reason, and for a token if there is none, before anything is changed. */
function confirmChange({ title, text, action, isDangerous, path, body }, page) {
  const dialog = byId('confirm');
  byId('confirm-title').textContent = title;
  byId('confirm-text').textContent = text;
  byId('go').textContent = action;
  byId('go').className = isDangerous ? 'danger' : '';
  byId('confirm-fault').textContent = '';
  byId('why').value = '';
  byId('token-label').hidden = page.state.token !== null && page.state.token.mayChange;
  dialog.querySelector('form').onsubmit = async (event) => {
    event.preventDefault();
    const why = byId('why').value.trim();
    if (why === '') {
      byId('confirm-fault').textContent = 'Give a reason; it is recorded in the history.';
      byId('why').focus();
      return;
    }
    byId('go').disabled = true;
    try {
      const answer = await withToken(byId('token').value.trim(), () => ask(path, { ...body, why }));
      byId('token').value = '';
      await page.poll();
      if (answer.followed) dialog.close();
      else byId('confirm-fault').textContent = `Done, but not everywhere: ${answer.acknowledgement.join('; ')}`;
    } catch (error) {
      byId('confirm-fault').textContent =
        error.name === 'TimeoutError' ? 'No answer. Check whether it took effect before you retry.' : error.message;
    } finally {
      byId('go').disabled = false;
    }
  };
  dialog.showModal();
  byId('why').focus();
}

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

export function toggleKillSwitch(page) {
  const isOn = page.state.killSwitch !== null;
  const moved = page.state.routes.filter(({ stage }) => ['canary', 'lambda'].includes(stage)).length;
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
