package org.cloakwork.frontend.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.stream.Collectors;
import javax.net.SocketFactory;
import org.cloakwork.api.Internet;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.proxy.ExitSettings;
import org.cloakwork.proxy.ProxyConfiguration;
import org.cloakwork.proxy.ProxyServer;
import org.cloakwork.spi.runtime.PartConfiguration;

/** An HTTP proxy that serves this process alone, and what a program uses instead of it. */
final class ProxiedInternet implements Internet {

    private static final String NAME = "internet";
    private static final int SECRET_BYTES = 24;
    private static final int MOST_VIEWS = 256;

    private final MixnetClient client;
    private final List<MixnetAddress> exits;
    private final String secret;
    private final ProxyServer server;
    private final InetSocketAddress proxy;
    private final HttpClient httpClient;
    /** Those that somebody still uses; guards itself. */
    private final Set<HttpClient> clients = Collections.newSetFromMap(new WeakHashMap<>());
    /** By their keys; guards itself and the below. */
    private final Map<String, Internet> views = new HashMap<>();
    private boolean closed;

    ProxiedInternet(MixnetClient client, List<MixnetAddress> exits) throws IOException {
        this.client = client;
        this.exits = List.copyOf(exits);
        byte[] bytes = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(bytes);
        secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        String named = exits.isEmpty() ? ExitSettings.AUTO
                : exits.stream().map(MixnetAddress::toString).collect(Collectors.joining(", "));
        server = ProxyServer.start(client, ProxyConfiguration.of(NAME, 0, new PartConfiguration(NAME,
                Map.of("exit", named))), new HttpDialect(Optional.of(secret)));
        URI address = server.addresses().getFirst();
        proxy = new InetSocketAddress(address.getHost(), address.getPort());
        httpClient = httpClient(HttpClient.newBuilder());
    }

    @Override
    public HttpClient httpClient() {
        return httpClient;
    }

    @Override
    public HttpClient httpClient(HttpClient.Builder settings) {
        HttpClient made = new ProxiedHttpClient(settings.proxy(proxySelector()).build(), proxyAuthorization());
        synchronized (clients) {
            clients.add(made);
        }
        return made;
    }

    @Override
    public SocketFactory socketFactory() {
        return new ProxiedSocketFactory(proxy, proxyAuthorization());
    }

    @Override
    public ProxySelector proxySelector() {
        return new ProxySelector() {

            @Override
            public List<Proxy> select(URI uri) {
                return List.of(new Proxy(Proxy.Type.HTTP, proxy));
            }

            @Override
            public void connectFailed(URI uri, SocketAddress address, IOException failure) {
                // there is no other way
            }
        };
    }

    @Override
    public String proxyAuthorization() {
        return "Bearer " + secret;
    }

    @Override
    public Internet isolated(String key) throws IOException {
        synchronized (views) {
            Internet known = views.get(key);
            if (known != null) {
                return known;
            }
            if (closed) {
                throw new IOException("it was closed");
            }
            if (views.size() == MOST_VIEWS) {
                throw new IOException("there are " + MOST_VIEWS + " isolated views, as many as there may be");
            }
            Internet view = new ProxiedInternet(client, exits);
            views.put(key, view);
            return view;
        }
    }

    @Override
    public void close() {
        synchronized (views) {
            closed = true;
            views.values().forEach(Internet::close);
        }
        server.close();
        synchronized (clients) {
            clients.forEach(HttpClient::shutdownNow);
        }
    }
}
