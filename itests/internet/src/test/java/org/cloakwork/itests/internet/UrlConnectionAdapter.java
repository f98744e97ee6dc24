package org.cloakwork.itests.internet;

import java.io.InputStream;
import java.net.Proxy;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import org.cloakwork.api.Internet;

final class UrlConnectionAdapter implements Adapter {

    @Override
    public String get(Internet internet, URI page) throws Exception {
        Proxy proxy = internet.proxySelector().select(page).getFirst();
        URLConnection connection = page.toURL().openConnection(proxy);
        connection.setReadTimeout(30_000);
        try (InputStream in = connection.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
