package org.cloakwork.spi.store;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Keeps the state of clients, of each under its name. Registered as an OSGi service with {@code cloakwork.part=store}
 * and {@code cloakwork.name}. A client opens its store once, at its start; exchanging the provider concerns clients
 * started afterwards. Safe for use by many threads.
 */
@ConsumerType
public interface StoreProvider {

    /**
     * Opens the store of a client, and makes an empty one if there is none. Blocks while it reads.
     *
     * <p>A store that is damaged is refused, and nothing of it is changed: whoever owns it decides what becomes of it.
     *
     * @param client the client's name: 1 to 64 letters, digits, '-' or '_'
     * @return the store, to be closed by the caller
     * @throws StoreException           if the store is open already, in this process or another, or is damaged, or
     *                                  cannot be read or written; {@link PassphraseException} if it is under another
     *                                  passphrase than the one that was given
     * @throws IllegalArgumentException if the name is none
     */
    ClientStore open(String client) throws StoreException;
}
