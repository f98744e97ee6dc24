package org.cloakwork.frontend.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class TextsTest {

    @Test
    void identitiesAreShownByTheirFirstLetters() {
        assertEquals("gateway 78D26Wen... cannot be reached", Texts.shortened(
                "gateway 78D26WenVqvSnUnW5tgu4xbSW7qbfLyA3ALCTg4hUqHU cannot be reached"));
        assertEquals("00112233...", Texts.shortened("00112233445566778899aabbccddeeff"));
        assertEquals("no topology yet", Texts.shortened("no topology yet"));
    }

    @Test
    void whatOthersSayIsTextInHtml() {
        assertEquals("&lt;b&gt; &amp; &quot;", Texts.html("<b> & \""));
    }
}
