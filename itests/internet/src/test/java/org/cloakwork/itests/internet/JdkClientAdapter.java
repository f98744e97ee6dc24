package org.cloakwork.itests.internet;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.cloakwork.api.Internet;

final class JdkClientAdapter implements Adapter {

    @Override
    public String get(Internet internet, URI page) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(page).timeout(Duration.ofSeconds(30)).build();
        return internet.httpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
}
