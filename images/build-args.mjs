// node images/build-args.mjs IMAGE [--allow-unpinned | --versions]: one NAME=value a line, what its Dockerfile takes from
// versions.json and the environment, or tool=version, what its smoke test expects.
import { baseOf, fileOf, readVersions, NotPinned } from './versions.mjs';

const wanted = {
  base: { bases: ['alpine', 'debian'] },
  glibc: { bases: ['alpine', 'debian'] },
  go: { files: { go: 'sha256' } },
  node: { bases: ['node'], files: { pnpm: 'sha512' }, environment: ['NPM_CONFIG_REGISTRY'] },
  docker: { bases: ['docker'], files: { go: 'sha256' } },
  deploy: {},
  godot: { files: { godot: 'sha512' } },
};

const [image, option] = process.argv.slice(2);
const { bases = [], files = {}, environment = [] } = wanted[image] ?? fail(`expected one of ${Object.keys(wanted).join(', ')}, got ${image}`);
const versions = readVersions();

if (option === '--versions') {
  // Godot is 4.6-stable in its address and 4.6 where it tells its version.
  for (const name of Object.keys(files)) console.log(`${name}=${versions.tools[name].version?.replace(/-.*/, '') ?? fail(`${name} has no version yet: run "npx nx run images:pin"`)}`);
} else {
  for (const name of environment) if (process.env[name]) console.log(`${name}=${process.env[name]}`);
  for (const base of bases) line(`${base}_IMAGE`, () => baseOf(versions, base));
  for (const [tool, algorithm] of Object.entries(files)) {
    for (const arch of Object.keys(versions.tools[tool].files)) {
      line(`${tool}_URL_${arch}`, () => fileOf(versions, tool, arch).url);
      line(`${tool}_${algorithm}_${arch}`, () => sumOf(tool, arch, algorithm));
    }
  }
}

function sumOf(tool, arch, algorithm) {
  const file = fileOf(versions, tool, arch);
  return file.algorithm === algorithm ? file.sum : fail(`images/${image}/Dockerfile checks the ${algorithm} of ${tool}, images/versions.json has its ${file.algorithm}`);
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
