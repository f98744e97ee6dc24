package org.cloakwork.spi.store;

/**
 * Keys or state are under a passphrase, and none was given or another; nothing was changed.
 *
 * @since 1.1
 */
public class PassphraseException extends StoreException {

    private static final long serialVersionUID = 1L;

    /**
     * A passphrase that is missing or wrong.
     *
     * @param message names the file, and what to do
     */
    public PassphraseException(String message) {
        super(message);
    }
}
