package org.cloakwork.spi.store;

import java.nio.file.Path;
import org.cloakwork.api.IdentityKey;
import org.osgi.annotation.versioning.ProviderType;

/** Takes over the identity of an existing Nym client. An OSGi service. */
@ProviderType
public interface KeyImport {

    /**
     * Copies the five key files; private ones are sealed if there is a {@link Passphrase}.
     *
     * @param from nym-client's data directory, or the client's own above it ({@code .nym/clients/ID})
     * @param to   the folder of a client in a store's directory, made if it is not there
     * @return who that client is from now on
     * @throws StoreException if there is no whole identity, or a key file is at the destination already; the message
     *                        names the file, and nothing is written over
     */
    IdentityKey importKeys(Path from, Path to) throws StoreException;
}
