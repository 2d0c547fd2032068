/** The thread of background.ts. Runs only there. Of the files it opens it changes search tables and nothing else. */
import { parentPort } from "node:worker_threads";

import { isLoreError } from "../bytes/index.ts";
import { Db, openSqliteStore, rowsError, type Store } from "../store/index.ts";
import type { Done, NumberedOrder, Order } from "./background.ts";
import { Rows } from "./fold/rows.ts";
import { openRows } from "./rows-file.ts";
import { SearchIndex } from "./search-index.ts";

/** What is open of one community. */
class Files {
  readonly #directory: string;
  #search: { readonly rows: Rows; readonly store: Store; readonly index: SearchIndex } | undefined;
  readonly #databases = new Map<string, Db>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Answers whether there is more to follow. */
  follow(): boolean {
    this.#search ??= this.#openSearch();
    return this.#search.index.followBatch(this.#search.rows);
  }

  #openSearch() {
    const rows = new Rows(openRows(this.#directory, { readOnly: true }));
    const store = openSqliteStore(this.#directory, { readOnly: true });
    return { rows, store, index: SearchIndex.open(this.#directory, store) };
  }

  move(path: string): void {
    let db = this.#databases.get(path);
    if (db === undefined) {
      db = new Db(path, { durability: "full" });
      this.#databases.set(path, db);
    }
    db.get("PRAGMA wal_checkpoint(PASSIVE)");
  }

  close(): void {
    this.#search?.index.close();
    this.#search?.store.close();
    this.#search?.rows.db.close();
    for (const db of this.#databases.values()) db.close();
  }
}

const communities = new Map<string, Files>();

/** Answers whether the order must be carried on with. */
function carryOut(order: Order): boolean {
  const { act, directory } = order;
  let files = communities.get(directory);
  if (act === "release") {
    files?.close();
    communities.delete(directory);
    return false;
  }
  files ??= new Files(directory);
  communities.set(directory, files);
  if (act === "follow") return files.follow();
  files.move(order.path);
  return false;
}

const orders: NumberedOrder[] = [];

/** Takes the next order. One that is not done after a batch goes to the end: what is short waits for no long one. */
function work(): void {
  const order = orders.shift();
  if (order === undefined) return;
  const outcome = attempt(order);
  if (outcome === "more") orders.push(order);
  else parentPort?.postMessage(outcome satisfies Done);
  // Orders that came meanwhile are heard first.
  if (orders.length > 0) setImmediate(work);
}

/** What is no error of the files ends the thread. */
function attempt(order: NumberedOrder): Done | "more" {
  try {
    return carryOut(order) ? "more" : { id: order.id };
  } catch (error) {
    communities.get(order.directory)?.close();
    communities.delete(order.directory);
    const known = rowsError(error);
    if (!isLoreError(known)) throw error;
    return { id: order.id, failure: { code: known.code, message: known.message } };
  }
}

parentPort?.on("message", (order: NumberedOrder) => {
  orders.push(order);
  if (orders.length === 1) setImmediate(work);
});
