package org.cloakwork.spi.store;

/** The changes would exceed the store's limit in bytes; none was made. Removals are always possible. */
public class StoreFullException extends StoreException {

    private static final long serialVersionUID = 1L;

    /**
     * State for which there is no room.
     *
     * @param message names the directory and the limit
     */
    public StoreFullException(String message) {
        super(message);
    }
}
