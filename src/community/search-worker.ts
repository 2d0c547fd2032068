/** The thread of search-thread.ts. Runs only there. Reads rows and parts, writes search tables and nothing else. */
import { parentPort } from "node:worker_threads";

import { isLoreError } from "../bytes/index.ts";
import { openSqliteStore, rowsError, type Store } from "../store/index.ts";
import { Rows } from "./fold/rows.ts";
import { openRows } from "./rows-file.ts";
import { SearchIndex } from "./search-index.ts";
import type { Done, Order } from "./search-thread.ts";

interface Open {
  readonly rows: Rows;
  readonly store: Store;
  readonly index: SearchIndex;
}

const communities = new Map<string, Open>();

function open(directory: string): Open {
  const known = communities.get(directory);
  if (known !== undefined) return known;
  const rows = new Rows(openRows(directory, { readOnly: true }));
  const store = openSqliteStore(directory, { readOnly: true });
  const index = SearchIndex.open(directory, store);
  const opened = { rows, store, index };
  communities.set(directory, opened);
  return opened;
}

function follow(directory: string): void {
  const { rows, index } = open(directory);
  index.follow(rows);
}

function release(directory: string): void {
  const { rows, store, index } = communities.get(directory) ?? {};
  communities.delete(directory);
  index?.close();
  store?.close();
  rows?.db.close();
}

function carryOut({ act, directory }: Order): Done["failure"] {
  try {
    if (act === "release") release(directory);
    else follow(directory);
    return undefined;
  } catch (error) {
    release(directory);
    const known = rowsError(error);
    if (!isLoreError(known)) throw error;
    return { code: known.code, message: known.message };
  }
}

parentPort?.on("message", (order: Order) => {
  const failure = carryOut(order);
  parentPort?.postMessage({ id: order.id, ...(failure === undefined ? {} : { failure }) } satisfies Done);
});
