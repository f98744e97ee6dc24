package org.cloakwork.client.base;

import java.io.IOException;
import java.util.Optional;
import org.cloakwork.api.AccessKey;
import org.cloakwork.api.MixnetAddress;

/** Names that whoever runs a client gives to others, for this client alone. Safe for use by many threads. */
public interface Petnames {

    /** Of whoever gives none. */
    Petnames NONE = new Petnames() {

        @Override
        public Optional<MixnetAddress> find(String name) {
            return Optional.empty();
        }

        @Override
        public Optional<AccessKey> keyFor(MixnetAddress address) {
            return Optional.empty();
        }
    };

    /**
     * @param name without {@code .nym}, in lower case
     * @return whose it is
     * @throws IOException if that cannot be found out
     */
    Optional<MixnetAddress> find(String name) throws IOException;

    /**
     * @param address of somebody
     * @return what to show to come in there
     * @throws IOException if that cannot be found out
     */
    Optional<AccessKey> keyFor(MixnetAddress address) throws IOException;
}
