package org.cloakwork.itests.internet;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.cloakwork.api.Internet;

final class OkHttpAdapter implements Adapter {

    @Override
    public String get(Internet internet, URI page) throws IOException {
        OkHttpClient client = new OkHttpClient.Builder()
                .proxySelector(internet.proxySelector())
                .proxyAuthenticator((route, answer) -> answer.request().newBuilder()
                        .header("Proxy-Authorization", internet.proxyAuthorization()).build())
                .callTimeout(Duration.ofSeconds(30))
                .build();
        try (Response answer = client.newCall(new Request.Builder().url(page.toString()).build()).execute()) {
            if (!answer.isSuccessful()) {
                throw new IOException("status " + answer.code() + ", " + answer.header("Proxy-Status"));
            }
            return answer.body().string();
        } finally {
            client.connectionPool().evictAll();
        }
    }
}
