export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** A repository of the recorded server. A private one cannot be read from another. */
export interface Library {
  readonly repository: string;
  readonly refs: readonly string[];
  readonly private?: boolean;
  readonly tree: readonly SourceFile[];
}

/** Reads reusable workflows as the recorded server would: `./path` in the pushed commit, `owner/repo/path@ref` elsewhere, without regard to the case of the repository. */
export function calleeReader(libraries: readonly Library[], pushed: readonly SourceFile[]): (uses: string) => string | undefined {
  return (uses) => {
    if (uses.startsWith('./')) return pushed.find(({ path }) => path === uses.slice(2))?.text;
    const parts = /^([^/]+\/[^/]+)\/(.+)@([^@]+)$/.exec(uses);
    if (!parts) return undefined;
    const [, repository = '', file = '', ref = ''] = parts;
    const library = libraries.find((candidate) => candidate.repository.toLowerCase() === repository.toLowerCase());
    if (!library || library.private || !library.refs.includes(ref.replace(/^refs\/(heads|tags)\//, ''))) return undefined;
    return library.tree.find(({ path }) => path === file)?.text;
  };
}
