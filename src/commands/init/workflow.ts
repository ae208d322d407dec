/** What `init --ci` writes: the checklist in a GitHub workflow, its result on the run's page. */
export const workflow = `name: meatymusic
on:
  push:
    branches: [main]
  pull_request:

permissions:
  contents: read

jobs:
  verify:
    runs-on: ubuntu-latest
    timeout-minutes: 15
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 22
          cache: npm
      - run: npm ci
      - run: npx meatymusic doctor
      - name: Start the stack
        run: npx meatymusic up --no-verify
      - name: Verify it
        run: >-
          npx meatymusic verify --reporter github --reporter junit=meatymusic-report.xml
          --reporter markdown=meatymusic-summary.md
      - name: Show the summary
        if: always()
        run: cat meatymusic-summary.md >> "$GITHUB_STEP_SUMMARY" || true
      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: meatymusic
          path: |
            meatymusic-report.xml
            .meatymusic/logs/
      - run: npx meatymusic down
        if: always()
`;
