package example

import java.time.Duration
import org.cloakwork.api.MixnetClient
import org.cloakwork.api.Outcome
import org.cloakwork.api.local.LocalNetwork
import org.cloakwork.testing.Mixnet
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Test

class GreetingTest {

    @Test
    fun `a greeting arrives`(@Mixnet network: LocalNetwork) {
        MixnetClient.builder().network(network).start().use { client ->
            client.awaitReady(Duration.ofSeconds(60))
            val delivery = client.send(client.address(), "hello".toByteArray())
            assertInstanceOf(Outcome.Acknowledged::class.java, delivery.outcome().get())
        }
    }
}
