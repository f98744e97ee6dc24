/** {@code ./cloakwork soak}: processes under load and under fire for as long as one likes, and what they take. */
package org.cloakwork.itests.chaos.soak;
