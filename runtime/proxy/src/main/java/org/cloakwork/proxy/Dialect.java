package org.cloakwork.proxy;

import java.io.IOException;
import org.osgi.annotation.versioning.ConsumerType;

/** What is spoken between programs and a {@link ProxyServer}. */
@ConsumerType
public interface Dialect {

    /** {@return of the address that programs are given, such as {@code socks5h}} */
    String scheme();

    /**
     * Speaks with a program until it is over. Its socket is closed afterwards.
     *
     * @param program has connected just now
     * @throws IOException          if it left
     * @throws InterruptedException if the server was closed
     */
    void serve(Program program) throws IOException, InterruptedException;
}
