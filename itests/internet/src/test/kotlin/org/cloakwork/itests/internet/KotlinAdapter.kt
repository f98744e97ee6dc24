package org.cloakwork.itests.internet

import java.net.URI
import java.net.http.HttpRequest
import java.net.http.HttpResponse
import java.time.Duration
import kotlinx.coroutines.future.await
import kotlinx.coroutines.runBlocking
import org.cloakwork.api.Internet

class KotlinAdapter : Adapter {

    override fun get(internet: Internet, page: URI): String = runBlocking {
        val request = HttpRequest.newBuilder(page).timeout(Duration.ofSeconds(30)).build()
        internet.httpClient().sendAsync(request, HttpResponse.BodyHandlers.ofString()).await().body()
    }
}
