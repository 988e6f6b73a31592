use super::*;

fn address(text: &str) -> IpAddr {
    text.parse().unwrap_or_else(|_| panic!("{text}"))
}

#[test]
fn public_addresses_may_be_dialled() {
    for text in [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "128.0.0.0",
        "169.253.255.255",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.167.255.255",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2606:4700:4700::1111",
        "2001:4860:4860::8888",
        "2a00::1",
        "::ffff:1.1.1.1",
        "64:ff9b::101:101",
    ] {
        assert!(Allow::NONE.permits(address(text)), "{text}");
    }
}

#[test]
fn all_others_may_not() {
    for text in [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.0",
        "10.255.255.255",
        "100.64.0.0",
        "100.100.100.200",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.255",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.0",
        "172.31.255.255",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.0",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::1.1.1.1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::101:101",
        "100::1",
        "2001::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:10::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "2002:101:101::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ] {
        assert!(!Allow::NONE.permits(address(text)), "{text}");
    }
}

#[test]
fn what_is_allowed_is_what_was_written() {
    let allow: Allow = "10.1.0.0/16, 127.0.0.1,fd00:1::/32".parse().unwrap();
    for text in ["10.1.0.0", "10.1.255.255", "::ffff:10.1.2.3", "127.0.0.1", "fd00:1::5", "1.1.1.1"] {
        assert!(allow.permits(address(text)), "{text}");
    }
    for text in ["10.2.0.0", "10.0.255.255", "127.0.0.2", "fd00:2::1", "::1", "64:ff9b::a01:1"] {
        assert!(!allow.permits(address(text)), "{text}");
    }
    let all: Allow = "all".parse().unwrap();
    assert!(all.permits(address("169.254.169.254")) && all.permits(address("::1")));
    let everything: Allow = "0.0.0.0/0".parse().unwrap();
    assert!(everything.permits(address("10.0.0.1")) && !everything.permits(address("::1")));
}

#[test]
fn the_option_is_read_as_it_is_shown() {
    for text in ["none", "all", "10.1.0.0/16,127.0.0.1/32,::1/128"] {
        assert_eq!(text.parse::<Allow>().unwrap().to_string(), text);
    }
    assert_eq!("".parse::<Allow>().unwrap(), Allow::NONE);
    for (text, why) in [
        ("private", "is no address or network"),
        ("10.0.0.0/8,", "is no address or network"),
        ("10.0.0/8", "is no address or network"),
        ("10.0.0.0/33", "has no prefix"),
        ("10.0.0.0/-1", "has no prefix"),
        ("::/129", "has no prefix"),
        ("10.1.2.3/16", "is an address within a network"),
        ("fd00::1/64", "is an address within a network"),
    ] {
        let error = text.parse::<Allow>().unwrap_err().to_string();
        assert!(error.contains(why), "{text}: {error}");
    }
}
