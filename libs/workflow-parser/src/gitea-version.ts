/** The behaviours there are: a server decides as one of these. Gitea 1.25.4, 1.26.4 and 1.27.0 were read and recorded. */
export type GiteaVersion = '1.25' | '1.26' | '1.27';

export const newestGitea: GiteaVersion = '1.27';

/**
 * Says as which version a server is judged, from what its version call answers (`1.25.4`, `1.28.0+dev`).
 *
 * `note` is there when the judgement is an approximation: 1.24 and older are judged as 1.25, what is newer than 1.27 as 1.27.
 */
export function judgedAs(server: string): { gitea: GiteaVersion; note?: string } {
  const found = /^v?(\d+)\.(\d+)/.exec(server.trim());
  if (!found) return { gitea: newestGitea, note: `the version "${server}" is not understood: judged as Gitea ${newestGitea}` };
  const [major, minor] = [Number(found[1]), Number(found[2])];
  if (major === 1 && minor >= 25 && minor <= 27) return { gitea: `1.${minor}` as GiteaVersion };
  const gitea: GiteaVersion = major < 1 || (major === 1 && minor < 25) ? '1.25' : newestGitea;
  return { gitea, note: `Gitea ${major}.${minor} is judged as ${gitea}` };
}
