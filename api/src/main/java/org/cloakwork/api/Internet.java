package org.cloakwork.api;

import java.io.IOException;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.util.List;
import javax.net.SocketFactory;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The internet through the mixnet, for programs on the JVM: an exit connects to what they ask for. Nothing that is made
 * here ever connects to anything itself or asks a name server; without the mixnet it fails.
 *
 * <p>The exit sees another sender for each destination, and for each {@link #isolated} view. Safe for use by many
 * threads.
 *
 * @since 2.1
 */
@ProviderType
public interface Internet extends AutoCloseable {

    /**
     * {@return a client of HTTP} It has the defaults of {@link HttpClient#newHttpClient}, and the same one is returned
     * each time.
     */
    HttpClient httpClient();

    /**
     * Makes a client of HTTP with settings of its own.
     *
     * @param settings all but the proxy, which is set here, and an authenticator for it
     * @return the client
     */
    HttpClient httpClient(HttpClient.Builder settings);

    /**
     * {@return sockets that are connected by the exit} Give them names that are not looked up:
     * {@link java.net.InetSocketAddress#createUnresolved}. What is not reached is a {@link java.net.ConnectException}
     * with the reason.
     */
    SocketFactory socketFactory();

    /**
     * {@return for libraries that ask which proxy to use: an HTTP proxy of this client's, for everything} It serves
     * this process; where the system does not tell whose a connection is, only with {@link #proxyAuthorization}.
     */
    ProxySelector proxySelector();

    /**
     * {@return the value of the field {@code Proxy-Authorization} that says who we are} Needed on systems without
     * {@code /proc} by what uses {@link #proxySelector}; a secret.
     */
    String proxyAuthorization();

    /**
     * Somebody else to the exit.
     *
     * @param key says nothing to anybody; the same key gives the same view again
     * @return a view that ends with this one
     * @throws IOException if there are too many, or no port can be had
     */
    Internet isolated(String key) throws IOException;

    /** Ends all connections. Idempotent; the mixnet client goes on. */
    @Override
    void close();

    /** Opens it: a service in OSGi; elsewhere {@link MixnetClient#internet} finds it. */
    @ProviderType
    interface Provider {

        /**
         * Opens the internet through a client.
         *
         * @param client connections go through it
         * @param exits  the first that answers is taken; none: those that the network names
         * @return to be closed by the caller
         * @throws IOException if no port can be had
         */
        Internet open(MixnetClient client, List<MixnetAddress> exits) throws IOException;
    }
}
