# 図と文書の語句。
html-language = ja
html-contents = 目次
html-made-by = Postlens { $version } がメールログから作成しました。時刻はログのものです。
tile-delivered = 配送または中継済みの受信者
tile-waiting = まだ待っている受信者
tile-failed = バウンスまたは期限切れの受信者
chart-times-hour = 時間ごとのメール
chart-times-day = 日ごとのメール
chart-times-week = 週ごとのメール
chart-times-month = 月ごとのメール
chart-heat = 曜日・時間帯ごとの受信メール数
chart-deferrals = 遅延した配送試行の原因と対応者
chart-refusals = 拒否の原因と対応者
chart-failed-clients = ログイン失敗の多いクライアント
chart-failed-users = ログイン失敗の多いユーザー
chart-destinations = 宛先ドメイン別の配送試行
chart-delays = 所要時間: 中央値 · 95 % · 最長
chart-highest = 最多: { $label }、{ $count }
chart-range = { $stage }: 中央値 { $median }、95 % は { $most } 以内、最長 { $longest }
mail-about = Postfix レポート { $host } { $days }
mail-days = { $from }〜{ $to }
mail-subject = { $about }: { $count ->
    [0] 問題なし
   *[other] 問題 { $count } 件
}
mail-subject-incomplete = { $about }: { $count ->
    [0] 読めた範囲では問題なし
   *[other] 問題 { $count } 件(一部読めず)
}
column-day = 日付
column-domain = ドメイン
column-address = アドレス
column-mails = 通数
column-cause = 原因
column-actor = 対応者
column-reason = 理由
column-name = 名前
column-user = ユーザー
column-client = クライアント
column-users = 試されたユーザー数
column-median-seconds = 中央値(秒)
column-p95-seconds = 95 %(秒)
column-max-seconds = 最長(秒)
