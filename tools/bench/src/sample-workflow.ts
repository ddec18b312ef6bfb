/** A workflow as projects write them, with so many jobs of the same shape: the text grows linearly with them. */
export function sampleWorkflow(jobs: number): string {
  return `${head}${Array.from({ length: jobs }, (_, index) => job(index)).join('')}`;
}

const head = `name: continuous integration
on:
  push:
    branches: [main, 'release/**']
    paths:
      - 'src/**'
      - '!src/**/*.md'
  pull_request:
    types: [opened, synchronize]
env:
  GOFLAGS: -mod=readonly
jobs:
`;

const job = (index: number): string => `  test-${index}:
    name: test part ${index} on \${{ matrix.os }}
    runs-on: [go, "\${{ matrix.os }}"]
    timeout-minutes: 20
    strategy:
      fail-fast: false
      matrix:
        os: [linux, arm]
        version: ['1.24', '1.25']
        include:
          - os: linux
            version: '1.26'
            race: true
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 1
      # The cache is shared between the parts.
      - name: restore the cache
        uses: actions/cache@v4
        with:
          path: |
            ~/.cache/go-build
            ~/go/pkg/mod
          key: go-\${{ matrix.version }}-\${{ hashFiles('**/go.sum') }}
      - name: test
        env:
          PART: ${index}
        run: |
          go vet ./...
          go test -count=1 -shuffle=on ./part-${index}/...
`;
