package org.cloakwork.spi.store;

import java.nio.file.Path;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Keeps what a client has under another passphrase from now on, or under none. An OSGi service of each that keeps
 * something.
 *
 * @since 1.1
 */
@ProviderType
public interface PassphraseChange {

    /**
     * Changes what is there; what is under the new one already stays as it is, so that a change that was broken off is
     * completed by doing it again. What lay in the clear, or was sealed with the old one, is written over.
     *
     * @param folder of a client that does not run, in a store's directory
     * @param from   what it is under; empty: nothing
     * @param to     what it shall be under; empty: nothing
     * @throws StoreException if the client runs, or something cannot be read or written; {@link PassphraseException} if
     *                        it is under neither of the two
     */
    void change(Path folder, Optional<Passphrase> from, Optional<Passphrase> to) throws StoreException;
}
