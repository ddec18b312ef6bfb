import { createHash } from 'node:crypto';
import { NEVER, type WireContext } from './wire-context.js';

/** A User, as everywhere: of an organisation too, where a field asks for a user. */
export function userShape(context: WireContext, login: string): object {
  const account = context.account(login);
  return {
    id: account.id,
    login: account.login,
    login_name: '',
    source_id: 0,
    full_name: '',
    email: mailOf(context, login),
    avatar_url: avatarOf(context, account.login),
    html_url: `${context.root}/${account.login}`,
    language: '',
    is_admin: false,
    last_login: NEVER,
    created: context.time(account.createdAt),
    restricted: false,
    active: false,
    prohibit_login: false,
    location: '',
    website: '',
    description: '',
    visibility: 'public',
    followers_count: 0,
    following_count: 0,
    starred_repos_count: 0,
    username: account.login,
  };
}

/** The `organization` of a `workflow_job`. */
export function organizationShape(context: WireContext, login: string): object {
  const account = context.account(login);
  return {
    id: account.id,
    name: account.login,
    full_name: '',
    email: '',
    avatar_url: avatarOf(context, account.login),
    description: '',
    website: '',
    location: '',
    visibility: 'public',
    repo_admin_change_team_access: false,
    username: account.login,
  };
}

function mailOf(context: WireContext, login: string): string {
  const { id } = context.account(login);
  return `${context.version >= '1.26' ? `${id}+` : ''}${login}@noreply.${new URL(context.root).hostname}`;
}

function avatarOf(context: WireContext, login: string): string {
  return `${context.root}/avatars/${createHash('md5').update(login).digest('hex')}`;
}
