import { startGitServer, type GitServer } from './git-server.js';
import { commit, createRepositories } from './repositories.js';

/** One private repository behind a git server, and the push of its only commit. */
export interface AppServer {
  readonly server: GitServer;
  readonly token: string;
  /** What a job for that push has as `github.…`. */
  readonly github: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function startAppServer(files: Readonly<Record<string, string>>): Promise<AppServer> {
  const repositories = createRepositories();
  try {
    const token = `${'f'.repeat(8)}${'0123456789abcdef'.repeat(2)}`;
    const sha = commit(repositories.create('acme/app'), files);
    const server = await startGitServer({ root: repositories.root, tokens: { 'acme/app': [token], 'acme/away': [token] }, moved: { 'acme/away': 'http://127.0.0.1:1/acme/app' } });
    return {
      server, token,
      github: { repository: 'acme/app', ref: 'refs/heads/main', sha, event_name: 'push', token, server_url: server.url },
      close: async () => {
        repositories.remove();
        await server.close();
      },
    };
  } catch (error) {
    repositories.remove();
    throw error;
  }
}
