import type { Simulation } from '../world/simulation.js';
import type { Account } from './gitea-state.js';

/** The account of that name, made when it is first mentioned. */
export function accountOf(simulation: Simulation, login: string, kind: Account['kind'] = 'user'): Account {
  const { gitea, now } = simulation.state;
  const known = gitea.accounts.get(login.toLowerCase());
  if (known) return known;
  const account: Account = { id: ++gitea.ids.account, login, kind, createdAt: now };
  gitea.accounts.set(login.toLowerCase(), account);
  return account;
}
