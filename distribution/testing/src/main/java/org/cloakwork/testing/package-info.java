/** A mixnet for tests of programs that use one. */
package org.cloakwork.testing;
