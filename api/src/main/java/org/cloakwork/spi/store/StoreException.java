package org.cloakwork.spi.store;

/** State could not be read or written; the message names the file or directory and the fault. */
public class StoreException extends Exception {

    private static final long serialVersionUID = 1L;

    /**
     * State that cannot be read or written.
     *
     * @param message names the file or directory and the fault
     */
    public StoreException(String message) {
        super(message);
    }

    /**
     * State that cannot be read or written.
     *
     * @param message names the file or directory and the fault
     * @param cause   where it came from
     */
    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
