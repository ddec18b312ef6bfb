import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

/** A database of PostgreSQL, reached through the socket in `socketFolder` by a user without a password. */
export interface Database {
  readonly socketFolder: string;
  readonly name: string;
  readonly user: string;
}

export interface AppIniSettings {
  readonly folder: string;
  /** Has its templates, options and public files. */
  readonly root: string;
  readonly port: number;
  readonly user: string;
  /** None: sqlite, in its folder. */
  readonly database?: Database | undefined;
}

/** The `app.ini` of a Gitea that keeps to its folder and to loopback. */
export function appIni({ folder, root, port, user, database }: AppIniSettings): string {
  const random = (bytes: number) => randomBytes(bytes).toString('base64url');
  const sections: Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>> = {
    server: { PROTOCOL: 'http', HTTP_ADDR: '127.0.0.1', HTTP_PORT: port, DOMAIN: '127.0.0.1', ROOT_URL: `http://127.0.0.1:${port}/`, STATIC_ROOT_PATH: root, DISABLE_SSH: true, OFFLINE_MODE: true, LFS_START_SERVER: true, LFS_JWT_SECRET: random(32) },
    database:
      database === undefined
        ? { DB_TYPE: 'sqlite3', PATH: join(folder, 'data/gitea.db'), SQLITE_JOURNAL_MODE: 'WAL', SQLITE_TIMEOUT: 5_000 }
        : { DB_TYPE: 'postgres', HOST: database.socketFolder, NAME: database.name, USER: database.user, SSL_MODE: 'disable' },
    security: { INSTALL_LOCK: true, SECRET_KEY: random(32), INTERNAL_TOKEN: random(64), PASSWORD_HASH_ALGO: 'pbkdf2' },
    oauth2: { JWT_SECRET: random(32) },
    repository: { ROOT: join(folder, 'repositories'), DEFAULT_BRANCH: 'main' },
    actions: { ENABLED: true, DEFAULT_ACTIONS_URL: 'self' },
    webhook: { ALLOWED_HOST_LIST: 'loopback' },
    indexer: { ISSUE_INDEXER_TYPE: 'db' },
    log: { MODE: 'file', LEVEL: 'Info', ROOT_PATH: join(folder, 'log') },
  };
  const lines = Object.entries(sections).map(([name, keys]) => `\n[${name}]\n${Object.entries(keys).map(([key, value]) => `${key} = ${value}\n`).join('')}`);
  return `APP_NAME = Gitea\nRUN_MODE = prod\nRUN_USER = ${user}\nWORK_PATH = ${folder}\n${lines.join('')}`;
}
