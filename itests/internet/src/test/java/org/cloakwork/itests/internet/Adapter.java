package org.cloakwork.itests.internet;

import java.net.URI;
import org.cloakwork.api.Internet;

/** How a library is told to take the mixnet. */
@FunctionalInterface
interface Adapter {

    /** {@return what is there} */
    String get(Internet internet, URI page) throws Exception;
}
