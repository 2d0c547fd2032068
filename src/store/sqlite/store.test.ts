import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { storeSuite } from "../suite.ts";
import { openSqliteStore } from "./store.ts";

storeSuite("sqlite", async () => {
  const directory = mkdtempSync(join(tmpdir(), "store-"));
  let store = openSqliteStore(directory);
  return {
    store,
    async reopen() {
      store.close();
      store = openSqliteStore(directory);
      return store;
    },
    dispose() {
      store.close();
      rmSync(directory, { recursive: true });
    },
  };
});
