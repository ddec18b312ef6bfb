// node images/build-args.mjs IMAGE [--allow-unpinned]: one NAME=value a line, what its Dockerfile takes from versions.json.
import { baseOf, fileOf, readVersions, NotPinned } from './versions.mjs';

const wanted = {
  base: { bases: ['alpine'] },
  go: { files: [['go', 'amd64'], ['go', 'arm64']] },
  node: { bases: ['node'], files: [['pnpm', 'any']] },
  docker: { bases: ['docker'], files: [['go', 'amd64'], ['go', 'arm64']] },
  deploy: {},
  godot: { bases: ['debian'], files: [['godot', 'amd64']] },
};

const [image, option] = process.argv.slice(2);
const { bases = [], files = [] } = wanted[image] ?? fail(`expected one of ${Object.keys(wanted).join(', ')}, got ${image}`);
const versions = readVersions();

for (const base of bases) line(`${base}_IMAGE`, () => baseOf(versions, base));
for (const [tool, arch] of files) {
  const algorithm = tool === 'go' ? 'SHA256' : 'SHA512';
  line(`${tool}_URL_${arch}`, () => fileOf(versions, tool, arch).url);
  line(`${tool}_${algorithm}_${arch}`, () => fileOf(versions, tool, arch).sum);
}

function line(name, read) {
  try {
    console.log(`${name.toUpperCase()}=${read()}`);
  } catch (error) {
    if (!(error instanceof NotPinned)) throw error;
    if (option !== '--allow-unpinned') fail(error.message);
    console.log(`${name.toUpperCase()}=<not pinned: npx nx run images:pin>`);
  }
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
