import { StateError } from '../errors.js';
import { eachRow, putRows } from './rows.js';

const ROWS = 'rows';
const VERSION = 1;

const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

const failed = (error) => new StateError('state-failed', `IndexedDB: ${error?.message ?? 'the transaction was aborted'}`);

/** Rows in a database of the origin; a commit is a transaction, so all of it is there or nothing. */
export async function openIndexedDb(name) {
  if (typeof indexedDB === 'undefined') {
    throw new StateError('state-failed', 'there is no IndexedDB here');
  }
  const opening = indexedDB.open(`cloakwork ${name}`, VERSION);
  opening.onupgradeneeded = () => opening.result.createObjectStore(ROWS);
  let database;
  try {
    database = await done(opening);
  } catch (e) {
    throw failed(e);
  }
  return {
    async rows() {
      const rows = database.transaction(ROWS).objectStore(ROWS);
      const [names, values] = await Promise.all([done(rows.getAllKeys()), done(rows.getAll())]).catch((e) => {
        throw failed(e);
      });
      return putRows(names.map((key, i) => [new Uint8Array(key), values[i]]));
    },
    commit(changes) {
      return new Promise((resolve, reject) => {
        const transaction = database.transaction(ROWS, 'readwrite', { durability: 'strict' });
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(failed(transaction.error));
        const rows = transaction.objectStore(ROWS);
        eachRow(changes, (key, value) => {
          if (value) {
            rows.put(value, key);
          } else {
            rows.delete(key);
          }
        });
      });
    },
    async close() {
      database.close();
    },
  };
}
