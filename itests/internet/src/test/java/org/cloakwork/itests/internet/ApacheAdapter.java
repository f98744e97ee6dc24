package org.cloakwork.itests.internet;

import java.io.IOException;
import java.net.URI;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.BasicHttpClientResponseHandler;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.routing.SystemDefaultRoutePlanner;
import org.apache.hc.core5.util.Timeout;
import org.cloakwork.api.Internet;

final class ApacheAdapter implements Adapter {

    @Override
    public String get(Internet internet, URI page) throws IOException {
        try (CloseableHttpClient client = HttpClients.custom()
                .setRoutePlanner(new SystemDefaultRoutePlanner(internet.proxySelector()))
                .setDefaultRequestConfig(RequestConfig.custom().setResponseTimeout(Timeout.ofSeconds(30)).build())
                .disableAutomaticRetries()
                .build()) {
            return client.execute(new HttpGet(page), new BasicHttpClientResponseHandler());
        }
    }
}
