/** What the stages do, as events of the JDK's flight recorder. */
package org.cloakwork.client.flight;
